/// Subpictures, display attributes and the screen: there is none, and the entries libva insists on say so.
#include "driver.h"

static VAStatus put_surface(VADriverContextP va, VASurfaceID surface, void *draw, short srcx, short srcy,
                            unsigned short srcw, unsigned short srch, short destx, short desty, unsigned short destw,
                            unsigned short desth, VARectangle *cliprects, unsigned int number_cliprects,
                            unsigned int flags) {
    (void)va, (void)surface, (void)draw, (void)srcx, (void)srcy, (void)srcw, (void)srch, (void)destx, (void)desty;
    (void)destw, (void)desth, (void)cliprects, (void)number_cliprects, (void)flags;
    return VA_STATUS_ERROR_UNIMPLEMENTED;
}

static VAStatus query_subpicture_formats(VADriverContextP va, VAImageFormat *formats, unsigned int *flags,
                                         unsigned int *count) {
    (void)va, (void)formats, (void)flags;
    *count = 0;
    return VA_STATUS_SUCCESS;
}

static VAStatus create_subpicture(VADriverContextP va, VAImageID image, VASubpictureID *subpicture) {
    (void)va, (void)image, (void)subpicture;
    return VA_STATUS_ERROR_UNIMPLEMENTED;
}

static VAStatus destroy_subpicture(VADriverContextP va, VASubpictureID subpicture) {
    (void)va, (void)subpicture;
    return VA_STATUS_ERROR_INVALID_SUBPICTURE;
}

static VAStatus set_subpicture_image(VADriverContextP va, VASubpictureID subpicture, VAImageID image) {
    (void)va, (void)subpicture, (void)image;
    return VA_STATUS_ERROR_INVALID_SUBPICTURE;
}

static VAStatus set_subpicture_chromakey(VADriverContextP va, VASubpictureID subpicture, unsigned int minimum,
                                         unsigned int maximum, unsigned int mask) {
    (void)va, (void)subpicture, (void)minimum, (void)maximum, (void)mask;
    return VA_STATUS_ERROR_INVALID_SUBPICTURE;
}

static VAStatus set_subpicture_alpha(VADriverContextP va, VASubpictureID subpicture, float alpha) {
    (void)va, (void)subpicture, (void)alpha;
    return VA_STATUS_ERROR_INVALID_SUBPICTURE;
}

static VAStatus associate_subpicture(VADriverContextP va, VASubpictureID subpicture, VASurfaceID *surfaces, int count,
                                     short src_x, short src_y, unsigned short src_width, unsigned short src_height,
                                     short dest_x, short dest_y, unsigned short dest_width,
                                     unsigned short dest_height, unsigned int flags) {
    (void)va, (void)subpicture, (void)surfaces, (void)count, (void)src_x, (void)src_y, (void)src_width;
    (void)src_height, (void)dest_x, (void)dest_y, (void)dest_width, (void)dest_height, (void)flags;
    return VA_STATUS_ERROR_INVALID_SUBPICTURE;
}

static VAStatus deassociate_subpicture(VADriverContextP va, VASubpictureID subpicture, VASurfaceID *surfaces,
                                       int count) {
    (void)va, (void)subpicture, (void)surfaces, (void)count;
    return VA_STATUS_ERROR_INVALID_SUBPICTURE;
}

static VAStatus query_display_attributes(VADriverContextP va, VADisplayAttribute *attributes, int *count) {
    (void)va, (void)attributes;
    *count = 0;
    return VA_STATUS_SUCCESS;
}

static VAStatus get_display_attributes(VADriverContextP va, VADisplayAttribute *attributes, int count) {
    (void)va;
    for (int i = 0; i < count; i++) attributes[i].flags = VA_DISPLAY_ATTRIB_NOT_SUPPORTED;
    return VA_STATUS_SUCCESS;
}

static VAStatus set_display_attributes(VADriverContextP va, VADisplayAttribute *attributes, int count) {
    (void)va, (void)attributes, (void)count;
    return VA_STATUS_ERROR_ATTR_NOT_SUPPORTED;
}

void display_entries(struct VADriverVTable *table) {
    table->vaPutSurface = put_surface;
    table->vaQuerySubpictureFormats = query_subpicture_formats;
    table->vaCreateSubpicture = create_subpicture;
    table->vaDestroySubpicture = destroy_subpicture;
    table->vaSetSubpictureImage = set_subpicture_image;
    table->vaSetSubpictureChromakey = set_subpicture_chromakey;
    table->vaSetSubpictureGlobalAlpha = set_subpicture_alpha;
    table->vaAssociateSubpicture = associate_subpicture;
    table->vaDeassociateSubpicture = deassociate_subpicture;
    table->vaQueryDisplayAttributes = query_display_attributes;
    table->vaGetDisplayAttributes = get_display_attributes;
    table->vaSetDisplayAttributes = set_display_attributes;
}
