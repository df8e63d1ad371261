"""The container image: what its Dockerfile says, and its steps done in a clean root (`scripts/image-test`).

- `dockerfile`: reads a Dockerfile and its .dockerignore. `root`: does the steps, runs what comes of them.
- `trial`: the trial. `checks`: what has to hold. `runtime`: what AWS Lambda is to a container.
- `people`: who send photos to the stand-in of compose.yaml.
"""
