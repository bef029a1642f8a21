function ConvertTo-HvoGuid {
    <#
    .SYNOPSIS
        Returns a GUID as lower-case text with hyphens, the protocol's form.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [object] $Guid
    )
    return ([Guid][string]$Guid).ToString('D')
}
