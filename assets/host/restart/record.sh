# Writes the journal of a restart from its standard input, whole or not at all, and claims the session for it.
# $1: state directory; $2: journal; $3: session. Input: files, each as a line `NAME LINES` and its lines; then `end 0`.
# Prints `open JOURNAL OPERATOR` and exits with 4 if another restart of the session is not over.
set -eu
umask 077
export LC_ALL=C
root=$1/restarts dir=$1/restarts/$2 claim=$1/restarts/$3.open
for path in "$1" "$root"; do
  [ ! -L "$path" ] || { echo "$path is a link" >&2; exit 1; }
done
open() { echo "open $1 $(sed -n 's/^operator=//p' "$root/$1/plan" 2>/dev/null)"; }
mkdir -p "$root"
if [ -e "$dir" ]; then
  [ -e "$dir/ended" ] || { open "$2"; exit 4; }
  # The same job tries again; the console's journal tells what became of its first try.
  rm -rf "$dir"
fi

flush() { sync "$1" 2>/dev/null || sync; }
rm -rf "$dir.part"
mkdir "$dir.part"
complete=no
while IFS=' ' read -r name lines; do
  [ "$name" != end ] || { complete=yes; break; }
  while [ "$lines" -gt 0 ]; do
    IFS= read -r line
    printf '%s\n' "$line"
    lines=$((lines - 1))
  done >"$dir.part/$name"
  flush "$dir.part/$name"
done
[ $complete = yes ] || { rm -rf "$dir.part"; echo "the journal did not arrive whole" >&2; exit 1; }
: >"$dir.part/status"
echo "$2" >"$dir.part/claim"
flush "$dir.part/claim"
flush "$dir.part"
mv "$dir.part" "$dir"
# A claim whose journal is over or gone is nobody's: the host died between the two.
if [ -e "$claim" ]; then
  other=$root/$(cat "$claim")
  if [ ! -d "$other" ] || [ -e "$other/ended" ]; then rm -f "$claim"; fi
fi
# A hard link is made by one only; a symbolic one would be made inside the directory that an earlier one names.
if ! ln "$dir/claim" "$claim" 2>/dev/null; then
  open "$(cat "$claim")"
  rm -rf "$dir"
  exit 4
fi
flush "$root"
