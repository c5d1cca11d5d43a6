# Takes up every restart whose journal has no end and nobody at work on it, and waits for its end. $1: state directory
# $2: seconds that it may take
# Prints `none` where there was none. A journal that is not over then is told, and is a failure.
set -u
export LC_ALL=C
state=$1 end=$(($(date +%s) + $2)) begun='' open=''
of() { sh "$1/restart.sh" follow "$1" 1000000 "$2" | sed -n 's/^state //p'; }

for dir in "$state"/restarts/????????-??????-????-*; do
  [ -e "$dir/restart.sh" ] && [ ! -e "$dir/ended" ] || continue
  # One without new containers may be one that a console works on at this moment: it has an hour.
  [ -e "$dir/made" ] || [ -n "$(find "$dir" -maxdepth 0 -mmin +60)" ] || continue
  begun="$begun ${dir##*/}"
  sh "$dir/restart.sh" launch "$dir" recover || true
done
[ -n "$begun" ] || { echo none; exit 0; }
for name in $begun; do
  dir=$state/restarts/$name
  while [ "$(of "$dir" 1)" = running ] && [ "$(date +%s)" -lt "$end" ]; do :; done
  [ -e "$dir/ended" ] || open="$open $name ($(tail -n 1 "$dir/status" | cut -d' ' -f2-))"
done
[ -z "$open" ] || { echo "not over:$open" >&2; exit 1; }
echo taken
