#!/bin/sh
exec "${PYTHON:-python@python@}" "$(dirname "$0")/start.py"
