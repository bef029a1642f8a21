function ConvertTo-HvoGuid {
    <#
    .SYNOPSIS
        Returns a GUID as lower-case text with hyphens, as it is written everywhere outside of Hyper-V.
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
