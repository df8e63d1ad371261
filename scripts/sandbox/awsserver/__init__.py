"""A local Amazon SQS: moto's server as a separate process, which the real boto3 talks to over HTTP.

`client.AwsServer` starts it and inspects its queues. `__main__` is the process.
"""
