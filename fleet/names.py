"""What seed 003 calls the facts of a vehicle: its names, and the fields they are."""

FACTS = {
    "plateNumber": "plate_number",
    "ownerName": "owner_name",
    "schoolID": "school_id",
    "department": "department",
    "academicYear": "academic_year",
    "semester": "semester",
    "yearLevel": "year_level",
    "block": "block",
    "gender": "gender",
    "contact": "contact",
    "purok": "purok",
    "barangay": "barangay",
    "city": "city",
    "province": "province",
    "vehicleType": "vehicle_type",
    "vehicleModel": "vehicle_model",
    "vehicleColor": "vehicle_color",
    "licenseNumber": "license_number",
    "orNumber": "or_number",
    "crNumber": "cr_number",
}
