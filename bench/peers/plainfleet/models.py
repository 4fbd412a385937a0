from django.db import models


class Vehicle(models.Model):
    plate_number = models.CharField(max_length=20, unique=True)
    owner_name = models.CharField(max_length=120)
    status = models.CharField(max_length=7, blank=True)


class VehicleLog(models.Model):
    vehicle = models.ForeignKey(Vehicle, models.CASCADE)
    time_in = models.DateTimeField()
    time_out = models.DateTimeField(null=True)


class Scan(models.Model):
    event_id = models.CharField(max_length=64, unique=True)
    vehicle = models.ForeignKey(Vehicle, models.CASCADE)
    direction = models.CharField(max_length=3)
    at = models.DateTimeField()
    gate = models.CharField(max_length=60, blank=True)
