#!/usr/bin/env bash
# Makes a virtual environment with a recent pip: tools/setup_venv.sh <folder>. Needs Python 3.10 or newer with its
# headers, a C++ compiler and make; on Debian, as root, it installs what is missing of Python and says so otherwise.
set -euo pipefail
venv=$1
python=${PYTHON:-python3}

require_debian_package() {
  echo "setup: $1 is missing" >&2
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2"
  else
    echo "setup: please install it (Debian: apt-get install $2) and start again" >&2
    exit 1
  fi
}

command -v "$python" >/dev/null || require_debian_package "$python" python3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10) and "setup: Python 3.10 or newer is needed")'
command -v "${CXX:-c++}" >/dev/null || require_debian_package "a C++ compiler" g++
"$python" -c 'import ensurepip' 2>/dev/null || require_debian_package "Python's venv module" python3-venv
"$python" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' ||
  require_debian_package "Python.h" python3-dev

[ -x "$venv/bin/pip" ] || "$python" -m venv "$venv"
# Dependency groups need pip 25.1.
"$venv/bin/python" -m pip install --quiet --upgrade 'pip>=25.1'
