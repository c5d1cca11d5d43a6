# What Compose makes of a project with its files as they are, and with other ones. It changes nothing.
# $1: engine's socket; $2: project; $3: its folder; $4: its Compose file; $5: its env file, which need not be there; then
# `SERVICE=HASH` for each container, the hash that Compose gave it. Input: the other Compose file and the other env file, in base64,
# a line each.
# Prints `compose plugin|standalone VERSION` or `none`; `account USER HOME` (for whom the files make the very containers) or
# `drift SERVICE`; `before BASE64` and `after BASE64` (the project as JSON); or `bad TEXT`.
umask 077
project=$2 working_dir=$3 file=$4 env_file=$5
shift 5

is_version() { case $1 in v[0-9]* | [0-9]*) ;; *) false ;; esac }
if version=$(docker compose version --short 2>/dev/null) && is_version "$version"; then
  kind=plugin
elif command -v docker-compose >/dev/null 2>&1 && version=$(docker-compose version --short 2>/dev/null) && is_version "$version"; then
  kind=standalone
else
  echo none
  exit 0
fi
echo "compose $kind $version"
case $version in 1.* | v1.*) exit 0 ;; esac

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
dir=$work
mkdir "$work/before" "$work/after"
read -r text && printf '%s' "$text" | base64 -d >"$work/file" || exit 1
read -r text && printf '%s' "$text" | base64 -d >"$work/env" || exit 1
printf '%s\n' "$file" >"$work/before/config-files"
printf '%s\n' "$work/file" >"$work/after/config-files"
: >"$work/before/env-files"
[ ! -e "$env_file" ] || printf '%s\n' "$env_file" >"$work/before/env-files"
printf '%s\n' "$work/env" >"$work/after/env-files"

bad() { # bad FILE: the last words of a Compose that failed
  echo "bad $(grep -v '^ *$' "$1" | tail -n 2 | tr '\n' ' ')"
  exit 0
}
home_of() { { getent passwd "$1" 2>/dev/null || grep "^$1:" /etc/passwd; } | head -n 1 | cut -d: -f6; }

# Whoever started the project: most probably its owner. That the hashes are those of the containers proves it.
found=no tried=' ' differs=
for user in "$(stat -c %U "$working_dir")" "${SUDO_USER:-root}" "$(id -un)"; do
  home=$(home_of "$user")
  case $tried:$home in *" $user "*:* | *:) continue ;; esac
  tried="$tried$user "
  found=yes
  for pair; do
    said=$(compose "$work/before" '' --profile '*' config --hash "${pair%%=*}" 2>"$work/said") || bad "$work/said"
    [ "${said##* }" = "${pair#*=}" ] || { found=no differs=${pair%%=*}; break; }
  done
  [ "$found" = no ] || break
done
if [ "$found" != yes ]; then
  echo "drift $differs"
  exit 0
fi
echo "account $user $home"
for side in before after; do
  compose "$work/$side" '' --profile '*' config --format json >"$work/json" 2>"$work/said" || bad "$work/said"
  echo "$side $(base64 <"$work/json" | tr -d '\n')"
done
