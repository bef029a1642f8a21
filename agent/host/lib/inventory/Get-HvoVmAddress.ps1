function Get-HvoVmAddress {
    <#
    .SYNOPSIS
        Returns the IP addresses of all guests, read with one CIM query.
    .OUTPUTS
        Hashtable of VM GUID to a list of strings.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param()
    $found = @{}
    $class = 'Msvm_GuestNetworkAdapterConfiguration'
    foreach ($adapter in @(Get-HvoVirtualizationInstance -ClassName $class)) {
        $parts = ([string]$adapter.InstanceID).Split('\')
        $guid = [Guid]::Empty
        if ($parts.Count -lt 2 -or -not [Guid]::TryParse($parts[1], [ref] $guid)) { continue }
        $id = $guid.ToString('D')
        if (-not $found.ContainsKey($id)) { $found[$id] = [System.Collections.Generic.List[string]]::new() }
        foreach ($address in @(Get-HvoProperty $adapter 'IPAddresses')) {
            if ($address) { $found[$id].Add([string]$address) }
        }
    }
    return $found
}
