# syntax=docker/dockerfile:1
# One image for web, worker, beat and every command of manage.py. Needs BuildKit, which `docker compose build` uses.

# The front end, from the lock file alone. Node is in this stage only.
FROM node:24-slim AS front-end
WORKDIR /build
COPY .npmrc package.json package-lock.json ./
# No package here needs its install script.
RUN npm ci --omit=dev --ignore-scripts
COPY frontend ./frontend
COPY web/icons.txt web/shortcuts.json ./web/
RUN npm run build


# The Python packages: every one is a wheel, checked against its hash.
FROM python:3.13-slim AS packages
WORKDIR /build
COPY requirements.txt ./
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt


FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=prm.settings \
    FILES_ROOT=/files \
    PRODUCTION=1
RUN groupadd --system --gid 10001 concord \
    && useradd --system --uid 10001 --gid concord --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin concord
# Letters for Chinese, Japanese and Korean on paper; all others are packed.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
# What people attach. A new volume takes over whose this folder is.
RUN install --directory --owner concord --group concord --mode 700 /files
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py pyproject.toml ./
COPY prm ./prm
COPY web ./web
COPY accounts ./accounts
COPY relationships ./relationships
COPY meetings ./meetings
COPY dashboards ./dashboards
COPY imports ./imports
COPY mail ./mail
COPY templates ./templates
COPY static ./static
COPY docker ./docker
COPY --from=front-end /build/static/dist ./static/dist
# The settings ask for what production needs; nothing here connects anywhere, and nothing of it stays in the image.
RUN SECRET_KEY=only-for-this-step SITE_URL=https://concord.invalid DATABASE_URL=postgres://nobody@concord.invalid/none \
    REDIS_URL=redis://concord.invalid:6379 \
    python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q accounts dashboards imports mail meetings prm relationships web
USER concord
EXPOSE 8000
# No access log: some addresses are secrets (invitations, password resets). Each process has its pool of at most 8 connections.
# The control socket would need a home folder.
CMD ["env", "DB_POOL=1", "gunicorn", "prm.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
    "--threads", "4", "--worker-tmp-dir", "/tmp", "--no-control-socket", "--max-requests", "10000", \
    "--max-requests-jitter", "1000"]
