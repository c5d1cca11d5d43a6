# What becomes of each tag, and why. The words are those of `tagboat prune`.

judge_all() { # writes verdicts: `remove|keep REFERENCE ID SIZE WHY`
  while read -r repository tag id size; do
    case $tag:$repository in
      '<none>:<none>' | '<none>':"$image") judge_leftover ;;
      *:"$image") judge "$image:$tag" "$(why_keep "$image:$tag" "$id")" ;;
    esac
  done <"$scratch/images" >"$scratch/judged"
  sort -u "$scratch/judged" >"$scratch/verdicts"
}

judge() { # judge REFERENCE WHY: it stays where there is a reason
  if [ -n "$2" ]; then echo "keep $1 $id $size $2"; else echo "remove $1 $id $size used by nobody"; fi
}

judge_leftover() { # only what was once stamped can be told from other people's untagged images
  grep -Fxq -- "$id" "$scratch/stamped" || return 0
  # One that has another tag is judged under that.
  ! grep -q "^[^ ]* [^< ][^ ]* $id " "$scratch/images" || return 0
  why=$(why_keep '' "$id")
  if [ -n "$why" ]; then echo "keep <untagged> $id $size $why"; else echo "remove <untagged> $id $size lost its tag, used by nobody"; fi
}

why_keep() { # why_keep REFERENCE ID: the reason, or nothing
  used=$(users "$1" "$2")
  if [ -n "$used" ]; then
    echo "$used"
  elif [ -n "$1" ] && [ "$1" = "$active" ]; then
    echo "the active tag"
  elif [ -n "$1" ] && grep -Fxq -- "$1" "$scratch/before"; then
    echo "the previous active tag"
  elif grep -q "^$PIN [^ ]* $2 " "$scratch/images"; then
    holder "$2"
  else
    is_young "$2"
  fi
}

holder() { # holder ID: who holds it by a pin
  pins=$(grep "^$PIN [^ ]* $1 " "$scratch/images" | cut -d ' ' -f 2)
  if printf '%s\n' "$pins" | grep -Evq '^job-[0-9]{8}-[0-9]{6}-[0-9a-f]{4}-[0-9a-f]{12}$'; then
    echo "a restart holds it"
  else
    pin=$(printf '%s\n' "$pins" | sort | head -n 1)
    pin=${pin#job-}
    echo "job ${pin%-*} needs it"
  fi
}

users() { # users REFERENCE ID: by id, or by reference even after that has moved
  number=0
  while read -r of state from name; do
    # A name alone is its tag `latest`.
    case $from in *@* | sha256:*) ;; *) case ${from##*/} in *:*) ;; *) from=$from:latest ;; esac ;; esac
    if [ "$rule" = running-only ]; then
      case $state in running | paused | restarting) ;; *) continue ;; esac
    fi
    [ "$of" = "$2" ] || { [ -n "$1" ] && [ "$from" = "$1" ]; } || continue
    number=$((number + 1)) first=${name#/}
  done <"$scratch/containers"
  case $number in 0) ;; 1) echo "used by $first" ;; *) echo "used by $number containers" ;; esac
}

is_young() { # is_young ID: says so, or that its age is not known
  [ "$min_age" -gt 0 ] || return 0
  created=$(docker_says image inspect -f '{{.Created}}' "$1" 2>/dev/null)
  created=$(epoch "$created")
  if [ -z "$created" ] || [ $(($(date +%s) - created)) -lt "$min_age" ]; then
    echo "younger than $(((min_age + 3599) / 3600)) h"
  fi
}

epoch() { # epoch 2026-11-21T10:00:00.5Z: its seconds since 1970, in UTC as docker tells it; nothing for another zone, which is kept
  case $1 in [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]*Z) ;; *) return ;; esac
  rest=${1#????-??-??T}
  year=${1%%-*} month=${1#????-} day=${1#????-??-}
  month=${month%%-*} day=${day%%T*}
  hour=${rest%%:*} minute=${rest#??:} second=${rest#??:??:}
  minute=${minute%%:*}
  second=${second%"${second#??}"}
  # Days from civil: March is the first month, so that the leap day is the last of its year.
  month=${month#0} day=${day#0}
  [ "$month" -gt 2 ] || { year=$((year - 1)) month=$((month + 12)); }
  days=$((year * 365 + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day - 719469))
  echo $((days * 86400 + ${hour#0} * 3600 + ${minute#0} * 60 + ${second#0}))
}
