"""Reports: frames into what people hold in their hands."""
