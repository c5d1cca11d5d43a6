# Puts one thing of tagboat on the host: a directory, or a file with what is on standard input, whole or not at all.
# $1: directory | file; $2: path; $3: mode; $4: SHA-256 of the content; $5: SHA-256 of what it replaces, `missing` where nothing is there
# Prints `there` where it was as it is to be, `put` otherwise. Exit code 3: something else is there than was expected, and stays.
set -eu
umask 077
export LC_ALL=C
kind=$1 path=$2 mode=$3 sum=${4:-} before=${5:-}

refuse() {
  echo "$1" >&2
  exit 3
}
is_so() { [ "$(stat -c %u:%g:%a -- "$path")" = "0:0:$mode" ]; }
flush() { sync "$1" 2>/dev/null || sync; }
sum_of() { sha256sum <"$1" | cut -c1-64; }

[ ! -L "$path" ] || refuse "$path is a link"
if [ "$kind" = directory ]; then
  [ ! -e "$path" ] || [ -d "$path" ] || refuse "$path is no directory"
  if [ -d "$path" ] && is_so; then
    echo there
    exit 0
  fi
  (umask 022 && mkdir -p -- "$path")
  chown 0:0 -- "$path"
  chmod "$mode" -- "$path"
  flush "$path"
  echo put
  exit 0
fi

[ ! -e "$path" ] || [ -f "$path" ] || refuse "$path is no regular file"
found=missing
if [ -e "$path" ]; then found=$(sum_of "$path"); fi
if [ "$found" = "$sum" ] && is_so; then
  cat >/dev/null
  echo there
  exit 0
fi
[ "$found" = "$sum" ] || [ "$found" = "$before" ] || refuse "$path is another one than when the plan was made"
folder=${path%/*}
if [ ! -d "$folder" ]; then
  (umask 022 && mkdir -p -- "$folder")
fi
# A name with a dot is none that cron or a service manager would take for the file itself.
part=$folder/.${path##*/}.tagboat-part
trap 'rm -f -- "$part"' EXIT
rm -f -- "$part"
cat >"$part"
[ "$(sum_of "$part")" = "$sum" ] || { echo "$path did not arrive whole" >&2; exit 1; }
chown 0:0 -- "$part"
chmod "$mode" -- "$part"
flush "$part"
mv -f -- "$part" "$path"
flush "$folder"
case $path in /etc/systemd/system/*) [ ! -d /run/systemd/system ] || systemctl daemon-reload ;; esac
echo put
