"""Secret settings, from the parameters of AWS Systems Manager.

    parameters.py /collagen                  prints them as lines for .env
    parameters.py /collagen COMMAND …        runs the command with them in its environment

A parameter /collagen/CLOUDINARY_URL is the setting CLOUDINARY_URL; the environment wins over it. So the secrets are in
one place for the instance and the Lambda function, and in no configuration. boto3 finds credentials and region as
usual.
"""

import os
import re
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def parameters(path: str) -> dict[str, str]:
    """Name and value of each parameter directly below `path`, such as /collagen. Raises what boto3 raises."""
    pages = boto3.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=path, WithDecryption=True)
    return {found["Name"].rpartition("/")[2]: found["Value"] for page in pages for found in page["Parameters"]}


def line(name: str, value: str) -> str:
    """A line of .env. Raises ValueError, without the value, if a line cannot hold it."""
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        raise ValueError(f"The parameter {name!r} has no valid name for a setting.")
    if re.search(r"['\\\x00-\x1f]|\$\{", value):  # ${X} would be taken for the variable X
        raise ValueError(f"The parameter {name} contains a single quotation mark, a backslash, a line break or ${{.")
    return f"{name}='{value}'"


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit("usage: parameters.py PATH [COMMAND ARGUMENT…]")
    path, command = sys.argv[1], sys.argv[2:]
    try:
        found = parameters(path)
        lines = [] if command else [line(name, value) for name, value in found.items()]
    except ValueError as error:
        sys.exit(str(error))
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"The parameters below {path} cannot be read: {error}")
    if not found:
        sys.exit(f"There are no parameters below {path}: aws ssm put-parameter --type SecureString --name {path}/NAME")
    if command:
        os.execvpe(command[0], command, found | os.environ)  # noqa: S606 -- the template's command
    print("\n".join(lines))


if __name__ == "__main__":
    main()
