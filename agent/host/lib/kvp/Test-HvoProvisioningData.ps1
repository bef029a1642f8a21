function Test-HvoProvisioningData {
    <#
    .SYNOPSIS
        Tells whether the host has exactly these items for a guest.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [System.Collections.IDictionary] $Items,
        [Parameter(Mandatory = $true)] [hashtable] $Present
    )
    if ($Items.Count -ne $Present.Count) { return $false }
    foreach ($name in $Items.Keys) {
        if ($Present[$name] -cne $Items[$name]) { return $false }
    }
    return $true
}
