function ConvertTo-HvoProvisioningData {
    <#
    .SYNOPSIS
        Returns the items that publish sealed data: parts of at most 1,000 characters and a manifest.
    .OUTPUTS
        Ordered dictionary of name to value: ProvisioningData.0 to .N, then ProvisioningData, the manifest.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Sealed
    )
    $items = [ordered]@{}
    for ($first = 0; $first -lt $Sealed.Length; $first += 1000) {
        $items["ProvisioningData.$($items.Count)"] = $Sealed.Substring($first, [Math]::Min(1000, $Sealed.Length - $first))
    }
    $digest = ConvertTo-HvoHex (Get-HvoSha256 -Bytes ([System.Text.Encoding]::ASCII.GetBytes($Sealed)))
    $items['ProvisioningData'] = ConvertTo-HvoJson ([ordered]@{ protocol = 1; parts = $items.Count; sha256 = $digest })
    return $items
}
