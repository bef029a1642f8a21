function Test-HvoProvisioningData {
    <#
    .SYNOPSIS
        Returns whether the published items are exactly the wanted ones.
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
