"""The container image: what its Dockerfile says, and its steps run in a clean root (`scripts/image-test`).

- `dockerfile`: reads a Dockerfile and its .dockerignore. `root`: runs its steps, and programs in the result.
- `trial`: the test. `checks`: what it checks. `runtime`: AWS Lambda's side of a container.
- `people`: sends photos to the stand-in of compose.yaml.
"""
