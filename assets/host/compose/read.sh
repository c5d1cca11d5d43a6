# A Compose project as it stands in its folder, and what Compose makes of it. It changes nothing.
# $1: engine's socket; $2: the folder of the project, or its one file; $3: the variable that pins its image.
# Prints `file PATH` and `text BASE64` for each file in the order in which they are merged, `env PATH` with its text if it is there,
# and `config BASE64` (the project as JSON) and `probed BASE64` (the same with another pin in the environment), `bad TEXT`, `compose VERSION`
# (too old to be asked) or `none`.
fail() { echo "$*" >&2; exit 1; }
show() { # show WORD FILE
  echo "$1 $2"
  [ "$(wc -c <"$2")" -le 1048576 ] || fail "$2 is too large to be a file of a project"
  echo "text $(base64 <"$2" | tr -d '\n')"
}

first() { # first FILE...: the first of them that is there, in $found
  found=
  for one; do
    if [ -e "$folder/$one" ]; then found=$folder/$one; return 0; fi
  done
}

pin=$3
if [ -d "$2" ]; then
  folder=$(cd "$2" && pwd) || fail "$2 cannot be entered"
  # As Compose looks for them.
  first compose.yaml compose.yml docker-compose.yml docker-compose.yaml
  [ -n "$found" ] || fail "there is no Compose file in $2"
  main=$found
  first compose.override.yaml compose.override.yml docker-compose.override.yml docker-compose.override.yaml
  over=$found
else
  [ -f "$2" ] || fail "there is no $2"
  folder=$(cd "$(dirname "$2")" && pwd) || fail "the folder of $2 cannot be entered"
  main=$folder/$(basename "$2") over=
fi
for file in "$main" ${over:+"$over"}; do
  if [ ! -f "$file" ] || [ ! -r "$file" ]; then fail "$file cannot be read"; fi
  show file "$file"
done
env=$folder/.env
if [ -f "$env" ] && [ -r "$env" ]; then
  show env "$env"
elif [ -e "$env" ]; then
  fail "$env cannot be read"
else
  echo "env $env"
fi

is_version() { case $1 in v[0-9]* | [0-9]*) ;; *) false ;; esac }
if version=$(docker compose version --short 2>/dev/null) && is_version "$version"; then
  set -- docker compose
elif command -v docker-compose >/dev/null 2>&1 && version=$(docker-compose version --short 2>/dev/null) && is_version "$version"; then
  set -- docker-compose
else
  echo none
  exit 0
fi
case $version in
  1.* | v1.*) echo "compose $version"; exit 0 ;;
esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
set -- "$@" --project-directory "$folder" -f "$main"
[ -z "$over" ] || set -- "$@" -f "$over"
# What this login has in its environment is no part of the project.
ask() ( # ask VARIABLE COMMAND...: a value in the environment counts more than one in a file
  variable=$1
  shift
  cd "$folder" && exec env -i PATH="$PATH" HOME="${HOME:-/root}" ${DOCKER_HOST:+DOCKER_HOST="$DOCKER_HOST"} ${variable:+"$variable"} \
    "$@" --profile '*' config --format json </dev/null
)
if ask '' "$@" >"$work/json" 2>"$work/said"; then
  echo "config $(base64 <"$work/json" | tr -d '\n')"
  ! ask "$pin=tagboat.invalid/probe:probe" "$@" >"$work/json" 2>"$work/said" || echo "probed $(base64 <"$work/json" | tr -d '\n')"
else
  echo "bad $(grep -v '^ *$' "$work/said" | tail -n 2 | tr '\n' ' ')"
fi
