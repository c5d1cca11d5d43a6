# The plan of a restart, as the journal holds it.

load() { # reads the journal; anything that it does not understand is an error
  version='' session='' old='' policy='' up='' vanishes='' new_vanishes='' stable='' healthy='' port='' deadline='' keep='' pin='' socket=''
  name_old='' name_failed='' name_back='' new='' stand_in='' keeper=''
  while IFS='=' read -r key value; do
    case $key in
      version) version=$value ;; session) session=$value ;; old) old=$value ;; policy) policy=$value ;;
      up) up=$value ;; vanishes) vanishes=$value ;; new_vanishes) new_vanishes=$value ;; stable) stable=$value ;; healthy) healthy=$value ;; port) port=$value ;;
      deadline) deadline=$value ;;
      keep) keep=$value ;; pin) pin=$value ;; socket) socket=$value ;;
      name_old) name_old=$value ;; name_failed) name_failed=$value ;; name_back) name_back=$value ;;
    esac
  done <"$dir/plan" || return 1
  [ "$version" = 1 ] && is_id "$old" && [ -n "$session" ] && [ -n "$name_old" ] && [ -n "$name_failed" ] || return 1
  [ -n "$pin" ] && [ -n "$policy" ] || return 1
  case $up$vanishes$new_vanishes$healthy in [01][01][01][01]) ;; *) return 1 ;; esac
  case ${port:-0}:$stable:$deadline:$keep in *[!0-9:]* | :* | *::* | *:) return 1 ;; esac
  [ -z "$socket" ] || export DOCKER_HOST="unix://$socket"
  unset DOCKER_CONTEXT
  [ -e "$dir/made" ] || return 0
  while IFS='=' read -r key value; do
    case $key in new) new=$value ;; stand_in) stand_in=$value ;; keeper) keeper=$value ;; esac
  done <"$dir/made"
  is_id "$new"
}
