# What Compose makes of a project with its files as they are, and with another text of one env file. It changes nothing.
# $1: engine's socket; $2: plugin or standalone; $3: project; $4: its folder; $5: service; $6: PIN=REFERENCE that the session runs on;
# $7: the hash that Compose gave its container; $8: the env file whose other text comes on the standard input;
# then `config PATH` and `env PATH`, each pair as two arguments.
# Prints `account USER HOME` (for whom the files make the very container that runs) or `drift`; `before BASE64` and `after BASE64`
# (the project as JSON); or `bad TEXT`.
umask 077
kind=$2 project=$3 working_dir=$4 service=$5 pinned=$6 hash=$7 changed=$8
shift 8

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
dir=$work
mkdir "$work/before" "$work/after"
cat >"$work/candidate"
: >"$work/before/env-files"
: >"$work/after/env-files"
while [ $# -gt 1 ]; do
  case $1 in
    config) printf '%s\n' "$2" >>"$work/before/config-files" ;;
    env)
      printf '%s\n' "$2" >>"$work/before/env-files"
      if [ "$2" = "$changed" ]; then echo "$work/candidate"; else printf '%s\n' "$2"; fi >>"$work/after/env-files" ;;
  esac
  shift 2
done
cp "$work/before/config-files" "$work/after/config-files"

bad() { # bad FILE: the last words of a Compose that failed
  echo "bad $(grep -v '^ *$' "$1" | tail -n 2 | tr '\n' ' ')"
  exit 0
}
home_of() { { getent passwd "$1" 2>/dev/null || grep "^$1:" /etc/passwd; } | head -n 1 | cut -d: -f6; }

# Whoever started the project: most probably its owner. That the hash is the container's proves it.
found=no tried=' '
for user in "$(stat -c %U "$working_dir")" "${SUDO_USER:-root}" "$(id -un)"; do
  home=$(home_of "$user")
  case $tried:$home in *" $user "*:* | *:) continue ;; esac
  tried="$tried$user "
  if ! said=$(compose "$work/before" "$pinned" --profile '*' config --hash "$service" 2>"$work/said"); then continue; fi
  if [ "${said##* }" = "$hash" ]; then
    found=yes
    break
  fi
done
if [ "$found" != yes ]; then
  [ -n "${said:-}" ] || bad "$work/said"
  echo drift
  exit 0
fi
echo "account $user $home"
for side in before after; do
  compose "$work/$side" '' --profile '*' config --format json >"$work/json" 2>"$work/said" || bad "$work/said"
  echo "$side $(base64 <"$work/json" | tr -d '\n')"
done
