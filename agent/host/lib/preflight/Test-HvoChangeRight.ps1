function Test-HvoChangeRight {
    <#
    .SYNOPSIS
        Returns whether rights of a security descriptor, as its text (SDDL) has them, allow to change a folder or what is in it.
    .DESCRIPTION
        A number, or words of two letters each. Those that change: add files and folders, write attributes, delete, delete children,
        change the permissions, take ownership, and the generic rights with them.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Rights
    )
    if ($Rights -cmatch '^0x(?<number>[0-9a-fA-F]{1,8})$') {
        return ([Convert]::ToInt64($Matches['number'], 16) -band 0x500d0156) -ne 0
    }
    if ($Rights -cmatch '^[0-9]+$') { return ([long]$Rights -band 0x500d0156) -ne 0 }
    # DC, LC, RP, DT, CR: the bits of adding files and folders, writing attributes, and deleting children, by their names in SDDL.
    foreach ($word in [regex]::Matches($Rights, '[A-Z]{2}')) {
        if ('GA', 'GW', 'FA', 'FW', 'SD', 'WD', 'WO', 'DC', 'LC', 'RP', 'DT', 'CR' -ccontains $word.Value) { return $true }
    }
    return $false
}
