# A throw-away PostgreSQL cluster on a free port, for sourcing: start_postgres, stop_postgres.
# Exports COUNTERSIGN_TEST_POSTGRES. The server refuses to run as root, so root starts it as another user.

start_postgres() {
    local bin owner=()
    bin=$(find /usr/lib/postgresql/*/bin -name initdb -printf '%h\n' | sort -V | tail -n 1)
    [ -n "$bin" ] || { echo "PostgreSQL's server programs are not installed" >&2; return 1; }
    postgres_dir=$(mktemp -d)
    if [ "$(id -u)" -eq 0 ]; then
        chown postgres "$postgres_dir"
        owner=(runuser -u postgres --)
    fi
    # One of the unprivileged ports that nobody listens on.
    local port
    for port in $(shuf -i 20000-60000 -n 50); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    (
        cd "$postgres_dir"
        "${owner[@]}" "$bin/initdb" --pgdata="$postgres_dir/data" --username=countersign --auth=trust --encoding=UTF8 --no-sync >/dev/null
        # Nothing here outlives the run, so nothing waits for the disk.
        "${owner[@]}" "$bin/pg_ctl" --pgdata="$postgres_dir/data" --log="$postgres_dir/log" --wait --silent start \
            --options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$postgres_dir -c fsync=off -c max_connections=400"
    )
    postgres_stop=("${owner[@]}" "$bin/pg_ctl" --pgdata="$postgres_dir/data" --mode=immediate --silent stop)
    export COUNTERSIGN_TEST_POSTGRES="postgres://countersign@127.0.0.1:$port/postgres"
}

stop_postgres() {
    (cd / && "${postgres_stop[@]}") || true
    rm -rf "$postgres_dir"
}
