"""The door for queue records: notifications that API Gateway has put into Amazon SQS.

- `records`: one record, from a message or from what Lambda is given; what becomes of it. `received`: when the gateway
  got it.
- `worker`: takes messages from the queue, on a machine of one's own. `redrive`: brings the dead ones back.
- `aws_lambda`: the same in AWS Lambda.
- `logs`: how both write their log.
"""
