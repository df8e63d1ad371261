"""An upgrade from release 0.1.0, and the way back, on an installed machine: scripts/upgrade-test.

- `past`: what happened under the old release. `questions`: what is asked of the release that runs now.
- `site`: how both reach the machine. `gateway`: its way to package registries.
"""
