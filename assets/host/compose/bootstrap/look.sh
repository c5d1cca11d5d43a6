# What this host has of a project before it is put there. It changes nothing.
# $1: engine's socket; $2: project; $3: its folder.
# Prints `compose plugin|standalone VERSION` or `none`; `account USER HOME` (for whom Compose will run); `folder there|missing|strange`;
# `parent PATH` if the folder above is not there; `other PATH` for each further file that Compose would read, and for one that is no
# plain file; `file BASE64` and `env BASE64` for the two files, where they are; `volume NAME` for each volume of its names.
project=$2 folder=$3

is_version() { case $1 in v[0-9]* | [0-9]*) ;; *) false ;; esac }
if version=$(docker compose version --short 2>/dev/null) && is_version "$version"; then
  echo "compose plugin $version"
elif command -v docker-compose >/dev/null 2>&1 && version=$(docker-compose version --short 2>/dev/null) && is_version "$version"; then
  echo "compose standalone $version"
else
  echo none
fi

user=root
if [ -d "$folder" ]; then
  echo "folder there"
  user=$(stat -c %U "$folder")
elif [ -e "$folder" ] || [ -L "$folder" ]; then
  echo "folder strange"
else
  echo "folder missing"
  above=${folder%/*}
  [ -d "${above:-/}" ] || echo "parent $above"
fi
home=$({ getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd; } | head -n 1 | cut -d: -f6)
echo "account $user ${home:-/root}"

for name in compose.yaml compose.yml docker-compose.yaml compose.override.yaml compose.override.yml docker-compose.override.yml \
  docker-compose.override.yaml; do
  if [ -e "$folder/$name" ] || [ -L "$folder/$name" ]; then echo "other $folder/$name"; fi
done
show() { # show WORD FILE
  if [ -L "$2" ] || { [ -e "$2" ] && [ ! -f "$2" ]; }; then
    echo "other $2"
  elif [ -f "$2" ]; then
    if [ ! -r "$2" ] || [ "$(wc -c <"$2")" -gt 1048576 ]; then
      echo "other $2"
    else
      echo "$1 $(base64 <"$2" | tr -d '\n')"
    fi
  fi
}
show file "$folder/docker-compose.yml"
show env "$folder/.env"
docker volume ls -q --filter "name=^${project}_" | sed 's/^/volume /'
