# Runs a command of the restart script that lies in the journal. $1: command; $2: journal's directory; then its arguments.
if [ ! -e "$2/restart.sh" ]; then
  echo "state none"
  exit 0
fi
exec sh "$2/restart.sh" "$@"
