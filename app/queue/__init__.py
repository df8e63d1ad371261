"""Entry point for queue records: notifications that API Gateway puts into Amazon SQS.

- `records`: handles one record, from an SQS message or a Lambda event. `received`: when the gateway received it.
- `worker`: takes messages from the queue on a machine of its own. `redrive`: brings dead letters back. `command`: the
  `worker` command.
- `aws_lambda`: the same in AWS Lambda.
"""
