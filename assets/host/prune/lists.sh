# What the host has: each list is whole, or there is none.

read_stamp() { # sets active
  if [ ! -e "$stamp" ] && [ ! -L "$stamp" ]; then refuse "there is no stamp file $stamp"; fi
  [ -f "$stamp" ] || refuse "the stamp $stamp is not a regular file"
  active=$(head -c 400 -- "$stamp" 2>&1) || refuse "the stamp cannot be read: $active"
  # shellcheck disable=SC2086 # what surrounds the one word is not part of it
  set -- $active
  [ $# -eq 1 ] || refuse "the stamp $stamp does not hold one reference"
  case $1 in *:*) active=$1 ;; *) active=$image:$1 ;; esac
  is_reference "$active" || refuse "the stamp $stamp holds $active, which is no reference"
}
is_reference() { printf '%s\n' "$1" | grep -Eqx '[A-Za-z0-9][A-Za-z0-9._:/-]*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}'; }

read_history() { # writes before: the tags that were active before the present one, newest first; stamped: the ids of all
  : >"$scratch/all"
  : >"$scratch/before"
  : >"$scratch/stamped"
  [ -e "$history" ] || return 0
  [ -f "$history" ] && tail -n 50 -- "$history" >"$scratch/history" || refuse "its history $history cannot be read"
  tab=$(printf '\t')
  while IFS=$tab read -r _ _ reference id job; do
    [ -n "$job" ] && is_reference "$reference" || continue
    printf '%s\n' "$id" >>"$scratch/stamped"
    printf '%s\n' "$reference"
  done <"$scratch/history" | tac | while read -r reference; do
    [ "$reference" = "$active" ] || grep -Fxq -- "$reference" "$scratch/all" || printf '%s\n' "$reference" >>"$scratch/all" || exit 1
  done || refuse "its history cannot be looked through: is there room in ${TMPDIR:-/tmp}?"
  head -n "$keep" "$scratch/all" >"$scratch/before" || refuse "its history cannot be looked through: is there room in ${TMPDIR:-/tmp}?"
}

list_containers() { # writes containers: `IMAGE-ID STATE CREATED-FROM NAME`; false where they cannot be listed all
  tries=0
  while [ $tries -lt 5 ]; do
    tries=$((tries + 1))
    # Containers come and go between two questions: only answers that agree count.
    ids=$(docker_says ps -aq --no-trunc 2>"$scratch/said") || return 1
    count=$(docker_says info -f '{{.Containers}}' 2>"$scratch/said") || return 1
    # shellcheck disable=SC2086 # one word for each id
    set -- $ids
    if [ $# -eq 0 ]; then
      : >"$scratch/containers"
    else
      docker_says inspect --type container -f '{{.Image}} {{.State.Status}} {{.Config.Image}} {{.Name}}' "$@" \
        >"$scratch/containers" 2>"$scratch/said" || { echo "a container went away" >"$scratch/said"; nap; continue; }
    fi
    [ $# -eq "$count" ] && [ "$(wc -l <"$scratch/containers")" -eq $# ] && return 0
    echo "docker counts $count containers and lists $#" >"$scratch/said"
    nap
  done
  return 1
}
nap() { sleep 0.2 2>/dev/null || sleep 1; }

list_images() { # writes images: `REPOSITORY TAG ID SIZE`
  docker_says images -a --no-trunc --format '{{.Repository}} {{.Tag}} {{.ID}} {{.Size}}' >"$scratch/images" 2>"$scratch/said"
}

why_not() { head -n 1 "$scratch/said"; }
