FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 DATA_DIR=/data STATIC_ROOT=/srv/static
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends fonts-dejavu-core && rm -r /var/lib/apt/lists/*
RUN useradd --system app && install --directory --owner app /data /data/media
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY . .
# The settings make secrets in DATA_DIR when none are given; these must not stay in the image.
RUN DATA_DIR=/tmp/build python manage.py collectstatic --no-input && rm -r /tmp/build

USER app
EXPOSE 8000
CMD ["python", "manage.py", "web"]
