# Takes one thing of tagboat off the host. $1: directory | file; $2: path; $3: SHA-256 that the file has, or `any`
# A directory goes only when nothing is in it. Prints `gone`, `taken`, or `kept WHY`. Exit code 3: it is not what was expected.
set -eu
export LC_ALL=C
kind=$1 path=$2 sum=${3:-any}

refuse() {
  echo "$1" >&2
  exit 3
}
flush() { sync "$1" 2>/dev/null || sync; }
if [ ! -e "$path" ] && [ ! -L "$path" ]; then
  echo gone
  exit 0
fi
[ ! -L "$path" ] || refuse "$path is a link"
if [ "$kind" = directory ]; then
  [ -d "$path" ] || refuse "$path is no directory"
  inside=$(find "$path" -mindepth 1 -maxdepth 1 | sed 's,.*/,,' | sort | head -n 5 | tr '\n' ' ')
  if [ -n "$inside" ]; then
    echo "kept it holds $inside"
    exit 0
  fi
  rmdir -- "$path"
else
  [ -f "$path" ] || refuse "$path is no regular file"
  [ "$sum" = any ] || [ "$(sha256sum <"$path" | cut -c1-64)" = "$sum" ] ||
    refuse "$path is another one than when the plan was made"
  rm -f -- "$path"
fi
flush "${path%/*}"
case $path in /etc/systemd/system/*) [ ! -d /run/systemd/system ] || systemctl daemon-reload ;; esac
echo taken
