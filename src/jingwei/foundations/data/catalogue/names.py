"""What keys are called: the names that portals, guides and registries use for each field, and how near a key comes to one of them."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

NAMES: dict[str, str] = {
    "title": "title name heading headline label caption dataset_name dataset_title resource_name 标题 名称 数据集名称 资源名称 信息资源名称 数据名称 目录名称 pretty_name full_name "
             "display_name data_set dataset dataset_label titel bezeichnung titre nom titulo titolo nombre 数据集 资源标题",
    "description": "description notes abstract summary desc about details overview body text 描述 摘要 说明 简介 数据描述 资源摘要 信息资源摘要 数据摘要 long_description blurb beschreibung erlauterung "
                   "resume descripcion descricao descrizione resumen 内容简介 数据集描述",
    "identifier": "identifier id uuid uid guid code slug doi key 编号 标识 标识符 代码 资源代码 信息资源代码 唯一标识 uri permalink dataset_id resource_id reference_number catalogue_number "
                  "目录编码 资源编码 name",
    "keyword": "keyword keywords tags tag labels 关键词 关键字 标签 schlagworte stichworter mots_cles palabras_clave parole_chiave 标签词",
    "theme": "theme themes category categories topic topics group groups subject subjects domain field area sector 主题 分类 领域 主题分类 类别 数据领域 thema themen kategorie "
             "theme_category categorie tema temas categoria topiccategory 所属领域 所属主题 行业分类",
    "publisher": "publisher organization organisation managed_by managedby agency department owner provider maintainer_organization issuer steward bureau "
                 "author_organization source_agency producer 提供方 提供单位 数源单位 来源部门 发布单位 资源提供方 信息资源提供方 单位 部门 发布机构 数据提供方 managing_organization provided_by maintained_by "
                 "providers herausgeber anbieter producteur editeur organisation_name institution institute institution_name fuente publicador editor office ministry "
                 "municipality who 数据来源单位 责任部门 主管部门 来源单位",
    "creator": "creator author authors created_by 作者 创建者 编制单位 creators contributor contributors autor auteur ersteller",
    "contact_name": "maintainer contact contact_name contact_point contactperson 联系人 maintainer_name contact_person point_of_contact contact_info contact_information "
                    "kontakt ansprechpartner contacto 联系方式 联系部门",
    "contact_email": "maintainer_email contact_email email mail author_email 邮箱 联系邮箱 电子邮箱 电子邮件 contact_mail e_mail maintainer_mail has_email",
    "contact_phone": "maintainer_phone contact_phone phone telephone tel 电话 联系电话",
    "contact_page": "maintainer_link contact_url contact_link contact_page 联系网址",
    "issued": "issued created published release_date date_created metadata_created publication_date first_published date_published 发布日期 发布时间 创建日期 创建时间 首次发布 "
              "date_issued issued_time publish_date date_of_publication publication_year year_published date_de_publication veroffentlicht fecha_publicacion "
              "submitted date date_added added_on available_from 首次发布时间 上架时间",
    "modified": "modified updated last_updated last_modified metadata_modified date_modified revised 更新日期 更新时间 修改日期 最后更新 最近更新 date_updated update_date "
                "modification_date last_change last_changed changed datestamp date_de_modification aktualisiert geandert stand fecha_actualizacion 最近更新日期 最近更新时间 数据更新时间 "
                "最后更新时间",
    "frequency": "frequency update_frequency updatefrequency accrual_periodicity periodicity refresh cadence cycle 更新频率 更新周期 频率 refresh_rate refresh_frequency "
                 "maintenance_frequency update_schedule update_interval updates schedule aktualisierung aktualisierungsfrequenz frecuencia",
    "license": "license licence license_title license_id rights_list terms copyright rights_statement 许可 许可证 授权 使用许可 授权协议 licenses licences license_name license_url usage_rights "
               "rights copyrights lizenz licencia licenza nutzungsbedingungen 版权 许可方式",
    "access_rights": "access_rights access access_level accesslevel restrictions 访问权限 开放程度 开放属性 access_right accessibility openness visibility confidentiality 开放条件 公开属性 "
                     "开放类型",
    "spatial": "spatial area_of_interest coverage geographic_coverage region location place geography 空间范围 地域 地区 行政区划 覆盖范围 spatial_coverage geographical_coverage "
               "geographic_extent extent country countries bounding_box bbox gebiet raumbezug where 所属地区 覆盖区域",
    "temporal": "temporal time_period temporal_coverage period timespan years 时间范围 时间跨度 数据时间 temporal_extent time_range date_range year year_range zeitraum "
                "coverage_period 覆盖时间 数据年份",
    "language": "language languages lang 语言 语种 sprache langue idioma",
    "landing_page": "landing_page landingpage homepage url link web website page documentation_url source_url 网址 链接 主页 地址 详情页 home_page source_page project_url site "
                    "webseite enlace",
    "documentation": "documentation docs manual guide data_dictionary 文档 说明文档 documentation_link readme user_guide codebook methodology data_dictionary_url 使用说明",
    "source": "source origin upstream derived_from 来源 数据来源 source_name provenance quelle data_source 数据出处",
    "conforms_to": "conforms_to standard specification schema data_standard 标准 遵循标准 standards profile",
    "version": "version revision edition release 版本 版本号",
    "resources": "resources distribution distributions files downloads assets links sources data endpoints 资源 数据文件 下载 分发 文件 dateien fichiers ressourcen recursos file "
                 "links_to_data access_points urls 数据下载 下载链接 附件",
    "items": "fields columns items variables attributes data_items 数据项 信息项 字段 数据项信息 信息项信息 column_names schema_fields features dictionary 数据字段 信息项名称",
    "sharing": "sharing sharing_attribute share_type 共享属性 共享类型",
    "sharing_basis": "sharing_basis 共享依据 不予共享依据",
    "sharing_mode": "sharing_mode share_mode 共享方式 提供方式",
    "use_conditions": "use_conditions usage usage_notes terms_of_use 使用条件 共享条件 使用要求",
    "format": "format formats file_format file_formats data_format data_formats 数据格式 格式 文件格式 数据类型 资源格式 信息资源格式 dateiformat",
    "grade": "grade classification security_level sensitivity 分级 数据分级 安全级别 分类分级 数据级别",
}
"""Field to names, as portals and guides write them, without the marks over letters; the first of a field are its own."""

RESOURCE_NAMES: dict[str, str] = {
    "title": "title name label 标题 名称 文件名 display_name filename file_name 资源名称",
    "description": "description notes details about 描述 说明 desc summary",
    "address": "url access_url accessurl link href arn uri endpoint path address location 链接 网址 地址 访问地址 access_point file_url web adresse lien enlace urlpath "
               "source_url location_url",
    "download_url": "download_url downloadurl download contenturl 下载地址 下载链接",
    "format": "format type file_type filetype extension 格式 文件格式 类型 fmt file_format driver container dateiformat",
    "media_type": "media_type mediatype mimetype mime encodingformat",
    "byte_size": "byte_size bytesize size filesize bytes contentsize 大小 文件大小",
    "sha256": "sha256 hash checksum",
    "issued": "issued created published 发布日期 创建日期",
    "modified": "modified updated last_modified last_updated 更新日期 更新时间",
    "license": "license licence 许可",
}

ONE_KEY = frozenset(("title", "description", "publisher", "issued", "modified", "frequency", "license", "access_rights", "version", "resources", "items",
                     "sharing", "sharing_basis", "sharing_mode", "use_conditions", "grade", "contact_name", "contact_email", "contact_phone",
                     "contact_page", "temporal"))
"""Fields that one key fills; the others gather from several."""


@lru_cache(maxsize=4_096)
def plain(key: str) -> str:
    """A key's words, whatever case and marks part them: ``maintainerEmail``, ``Maintainer-Email`` and ``Maintainer E-mail`` are one."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", unicodedata.normalize("NFKC", key).strip())
    bare = "".join(c for c in unicodedata.normalize("NFKD", parted) if not unicodedata.combining(c)) if not parted.isascii() else parted
    return re.sub(r"[\W_]+", "_", bare).strip("_").lower()


def named(key: str, names: str) -> float:
    """How well a key is one of the names: 1 when it is, less when it holds one of them or is nearly one. Keys that begin with @ are the form's own."""
    return 0.0 if key.rpartition(".")[2].startswith("@") else _named(plain(key.rpartition(".")[2] or key), names)


@lru_cache(maxsize=65_536)
def _named(word: str, names: str) -> float:
    best, options = 0.0, names.split()
    if word in options:
        return 1.0 - 0.001 * options.index(word)
    bare = word.replace("_", "")
    for name in options:
        if min(len(word), len(name)) < 2:
            continue
        if name in word.split("_") or (not name.isascii() and name in word):
            best = max(best, 0.6)
        elif word.isascii() and name.isascii() and bare.rstrip("s") == (one := name.replace("_", "")).rstrip("s"):
            return 0.98 if bare == one else 0.95  # one or several of a thing
        elif word[:1] == name[0] and min(len(word), len(name)) > 4 and abs(len(word) - len(name)) < 3:  # a slip, not in the first letter
            near = SequenceMatcher(None, word, name)
            if near.real_quick_ratio() > 0.85 and near.quick_ratio() > 0.85 and near.ratio() > 0.85:
                best = max(best, 0.7 * near.ratio())
    return best
