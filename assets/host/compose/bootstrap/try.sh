# What Compose makes of a project that is not there yet. It changes nothing.
# $1: engine's socket; $2: plugin or standalone; $3: project; $4: its folder; $5: for whom Compose runs; $6: the home of that one.
# Input: the Compose file and the env file, in base64, a line each.
# Prints `config BASE64` (the project as JSON) or `bad TEXT`; `unset NAME` for each variable without a value.
umask 077
kind=$2 project=$3 working_dir=$4 user=$5 home=$6

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
dir=$work stand=$work
read -r text && printf '%s' "$text" | base64 -d >"$work/file" || exit 1
read -r text && printf '%s' "$text" | base64 -d >"$work/env" || exit 1
printf '%s\n' "$work/file" >"$work/config-files"
printf '%s\n' "$work/env" >"$work/env-files"

if compose "$work" '' --profile '*' config --format json >"$work/json" 2>"$work/said"; then
  echo "config $(base64 <"$work/json" | tr -d '\n')"
else
  echo "bad $(grep -v '^ *$' "$work/said" | tail -n 2 | tr '\n' ' ')"
fi
sed -n 's/.*The \\*"\([A-Za-z0-9_]*\)\\*" variable is not set.*/unset \1/p' "$work/said" | sort -u
