"""A local Amazon SQS: moto's server as a process of its own, which the real boto3 talks to over HTTP.

`client.AwsServer` starts it and looks into its queues. `__main__` is the process.
"""
