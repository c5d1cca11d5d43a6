# Tells the journal which containers were made for the restart, then lets the host go on alone. From here on it is touched.
# $1: journal's directory; then KEY=ID for each container.
set -eu
umask 077
dir=$1
shift
[ ! -e "$dir/ended" ] || { echo "the restart is over" >&2; exit 1; }
printf '%s\n' "$@" >"$dir/made.part"
sync "$dir/made.part" 2>/dev/null || sync
mv "$dir/made.part" "$dir/made"
sync "$dir" 2>/dev/null || sync
exec sh "$dir/restart.sh" launch "$dir" transact
