# How Compose is run: in the project's folder, and with the same few variables whoever asks. A login, a boot and cron have others,
# and what files take from them (`${HOME}`) would be another container each time.
# Uses $kind, $project, $working_dir, $user, $home; $at_most may hold a command that limits the time, and $stand a folder to stand in
# as long as that of the project is not there.

# The account of a project's owner is not where this login has its plugins and its context.
docker_config=${DOCKER_CONFIG:-${HOME:-/root}/.docker}

compose() { # compose LISTS VARIABLE ARGUMENT...: LISTS holds the files config-files and env-files; VARIABLE is NAME=VALUE, or empty
  lists=$1 variable=$2
  shift 2
  # The options come first, so they are appended, and what was there before goes behind them.
  own=$#
  set -- "$@" -p "$project" --project-directory "$working_dir"
  while IFS= read -r file; do set -- "$@" -f "$file"; done <"$lists/config-files"
  while IFS= read -r file; do set -- "$@" --env-file "$file"; done <"$lists/env-files"
  while [ "$own" -gt 0 ]; do
    set -- "$@" "$1"
    shift
    own=$((own - 1))
  done
  case $kind in
    plugin) set -- docker compose "$@" ;;
    *) set -- docker-compose "$@" ;;
  esac
  (
    cd "${stand:-$working_dir}" || exit 1
    # A value in the environment counts more than one in a file. TAGBOAT_RESTART tells whose process it is.
    # shellcheck disable=SC2086
    exec ${at_most:-} env -i PATH="$PATH" HOME="$home" USER="$user" LOGNAME="$user" PWD="$working_dir" \
      TAGBOAT_RESTART="${dir##*/}" DOCKER_CONFIG="$docker_config" ${DOCKER_HOST:+DOCKER_HOST="$DOCKER_HOST"} ${variable:+"$variable"} "$@" </dev/null
  )
}
