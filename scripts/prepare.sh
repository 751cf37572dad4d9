#!/bin/sh
# Makes a clone ready: the packages that the lockfile names and, with the argument `web`, the built web page.
# Runs under any Node from 20 on; what follows it in an npm script finds Node 24 in node_modules/.bin.
set -eu
cd "$(dirname "$0")/.."

stamp=node_modules/.tollgate-lock
wanted=$(cat package-lock.json package.json web/package.json | cksum)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
  echo "Installing the packages that package-lock.json names …"
  npm ci --include=dev --loglevel=error
  printf '%s\n' "$wanted" > "$stamp"
fi

if [ "${1:-}" = web ]; then
  if [ ! -f web/dist/index.html ] || [ -n "$(find web/src web/index.html web/vite.config.ts web/package.json openapi -newer web/dist/index.html -print 2>/dev/null | head -n 1)" ]; then
    echo "Building the web page …"
    node_modules/.bin/node node_modules/vite/bin/vite.js build web --logLevel warn
  fi
fi
