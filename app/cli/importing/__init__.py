"""Commands that bring in what was collected elsewhere: a folder of pictures, the first prototype's store."""
