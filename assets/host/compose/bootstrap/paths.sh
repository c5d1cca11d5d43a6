# Which of these paths are not there. $1: engine's socket, as for every script beside it; then the paths. Prints those, a line each.
shift
for path; do
  [ -e "$path" ] || printf '%s\n' "$path"
done
