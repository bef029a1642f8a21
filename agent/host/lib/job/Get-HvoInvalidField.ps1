function Get-HvoInvalidField {
    <#
    .SYNOPSIS
        Returns the names of the fields that the agent reads and that are missing or do not have the schema's form.
    .OUTPUTS
        Strings.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter()] [AllowNull()] [object] $Fields
    )
    # Both become parts of paths or names: no separators, quotes, wildcards or control characters.
    $name = [string](Get-HvoProperty $Fields 'vm_name')
    if ($name -cnotmatch '\A[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z') { 'fields.vm_name' }
    $image = [string](Get-HvoProperty $Fields 'image_name')
    if ($image -cnotmatch '\A[^/\\:*?"''`<>|$\x00-\x1f]{1,128}\z' -or $image -cmatch '\A\.+\z') { 'fields.image_name' }
    if (-not (Test-HvoInteger -Value (Get-HvoProperty $Fields 'gb_ram') -Minimum 1 -Maximum 12288)) { 'fields.gb_ram' }
    if (-not (Test-HvoInteger -Value (Get-HvoProperty $Fields 'cpu_cores') -Minimum 1 -Maximum 2048)) { 'fields.cpu_cores' }
    if (-not (Test-HvoInteger -Value (Get-HvoProperty $Fields 'vlan_id' -Default 0) -Minimum 0 -Maximum 4094)) { 'fields.vlan_id' }
    if (-not ((Get-HvoProperty $Fields 'vm_clustered' -Default $false) -is [bool])) { 'fields.vm_clustered' }
    if (@('', 'windows', 'linux') -cnotcontains [string](Get-HvoProperty $Fields 'os_family' -Default '')) { 'fields.os_family' }
}
