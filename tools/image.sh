#!/bin/sh
# Runs in the build stage of our images' Dockerfiles, in a folder with requirements/images and the packages' sources.
#
#   tools/image.sh locked NAME     make /opt/winepipeline, an environment with what requirements/images/NAME.txt locks
#   tools/image.sh packages NAME   install our packages that requirements/images/NAME.in names, and take out what no
#                                  running process needs
#
# The environment has no pip, and is copied into the last stage as it is. Works with any Python from 3.11 on that can
# make environments (python:slim can; Debian's python3 with python3-venv).
set -eu

readonly TARGET=/opt/winepipeline TOOLS=/build

locked() {
  python3 -m venv "$TOOLS"
  python3 -m venv --without-pip "$TARGET"
  # Everything is in the lock, so nothing is resolved: what the lock leaves out on purpose stays out.
  "$TOOLS/bin/pip" install --quiet --no-deps --require-hashes -r requirements/images/build.txt
  "$TOOLS/bin/pip" --python "$TARGET/bin/python" install --quiet --no-compile --no-deps --require-hashes \
    -r "requirements/images/$1.txt"
  # As pip would, but by all processors at once; some packages bring files for other versions of Python.
  "$TARGET/bin/python" -m compileall -q -j 0 "$TARGET/lib" || true
}

packages() {
  # shellcheck disable=SC2046 # one word for each package
  "$TOOLS/bin/pip" wheel --quiet --no-deps --no-build-isolation --wheel-dir "$TOOLS/wheels" \
    $(sed -n 's#^\(\./[^[ ]*\).*#\1#p' "requirements/images/$1.in")
  "$TOOLS/bin/pip" --python "$TARGET/bin/python" install --quiet --no-deps --no-index "$TOOLS"/wheels/*.whl
  trim
}

# A third of Arrow, half of Kubernetes' client: remote procedure calls, file systems in clouds, headers, sources and
# tests, a second client for asyncio. Nothing here uses them, and Arrow looks which of them are there.
trim() {
  for site in "$TARGET"/lib/python3*/site-packages; do
    rm -rf "$site"/pyarrow/tests "$site"/pyarrow/include "$site"/pyarrow/src "$site"/pyarrow/*flight* \
      "$site"/pyarrow/_pyarrow_cpp_tests* "$site"/pyarrow/libarrow_s3* "$site"/pyarrow/_s3fs* "$site"/pyarrow/_gcsfs* \
      "$site"/pyarrow/_azurefs* "$site"/pyarrow/_hdfs* "$site"/numpy/*/tests "$site"/numpy/tests "$site"/numpy/f2py \
      "$site"/kubernetes/aio
    find "$site" \( -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.pyi' \) -delete
  done
}

"$1" "$2"
