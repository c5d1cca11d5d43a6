# What this host has of Compose and of a project, before anything changes.
# $1: engine's socket; $2: project; $3: its folder; $4: service; then `config PATH` and `env PATH`, each pair as two arguments.
# Prints `compose plugin|standalone|none VERSION`, `missing PATH`, `readonly PATH`, `env PATH` and `text BASE64` for each env file
# (the path without links), and `container ID` for each container of the service.
project=$2 working_dir=$3 service=$4
shift 4

is_version() { case $1 in v[0-9]* | [0-9]*) ;; *) false ;; esac }
if version=$(docker compose version --short 2>/dev/null) && is_version "$version"; then
  echo "compose plugin $version"
elif command -v docker-compose >/dev/null 2>&1 && version=$(docker-compose version --short 2>/dev/null) && is_version "$version"; then
  echo "compose standalone $version"
else
  echo "compose none"
  exit 0
fi

[ -d "$working_dir" ] || echo "missing $working_dir"
while [ $# -gt 1 ]; do
  if ! path=$(readlink -f "$2") || [ ! -f "$path" ] || [ ! -r "$path" ]; then
    echo "missing $2"
  elif [ "$1" = env ]; then
    [ -w "$path" ] && [ -w "${path%/*}/" ] || echo "readonly $path"
    echo "env $path"
    echo "text $(base64 <"$path" | tr -d '\n')"
  fi
  shift 2
done
docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project" \
  --filter "label=com.docker.compose.service=$service" --filter label=com.docker.compose.oneoff=False | sed 's/^/container /'
