function Set-HvoVmMacAddress {
    <#
    .SYNOPSIS
        Makes the MAC addresses of a VM that is off static.
    .DESCRIPTION
        A dynamic address is made anew when the VM starts on a host whose range does not have it, as after a failover, and a
        Linux guest looks for its adapter by the address. An address that the VM has had already is kept; one that it has not is
        derived from the machine's UID. A static address is left as it is.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    $index = 0
    foreach ($adapter in @(Get-VMNetworkAdapter -VM $Vm)) {
        if (Get-HvoProperty $adapter 'DynamicMacAddressEnabled' -Default $false) {
            $address = [string](Get-HvoProperty $adapter 'MacAddress')
            if (-not $address.Trim('0')) { $address = Get-HvoMacAddress -MachineUid $Context.Run.machine_uid -Index $index }
            Set-VMNetworkAdapter -VMNetworkAdapter $adapter -StaticMacAddress $address
        }
        $index += 1
    }
}
