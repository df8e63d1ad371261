"""A local AWS with SQS, S3 and CloudFront: moto's server as a process of its own, which the real boto3 talks to.

`client.AwsServer` starts it and inspects its queues, makes buckets. `__main__` is the process. `gate` stands before it
where presigned addresses have to be checked, which moto does not do.
"""
