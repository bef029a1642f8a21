function Set-HvoVmNetwork {
    <#
    .SYNOPSIS
        Connects a VM's adapters to the job's virtual switch, gives them static MAC addresses, and sets the job's VLAN.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    $switch = [string]$Context.Job.host.virtual_switch
    foreach ($adapter in @(Get-VMNetworkAdapter -VM $Vm)) {
        if ([string]$adapter.SwitchName -ne $switch) { Connect-VMNetworkAdapter -VMNetworkAdapter $adapter -SwitchName $switch }
    }
    Set-HvoVmMacAddress -Context $Context -Vm $Vm
    $vlan = [int](Get-HvoProperty $Context.Fields 'vlan_id' -Default 0)
    $present = Get-VMNetworkAdapterVlan -VM $Vm | Select-Object -First 1
    $mode = [string]$present.OperationMode
    if ($vlan -eq 0) {
        if ($mode -ne 'Untagged') { Set-VMNetworkAdapterVlan -VM $Vm -Untagged }
    } elseif ($mode -ne 'Access' -or $present.AccessVlanId -ne $vlan) {
        Set-VMNetworkAdapterVlan -VM $Vm -Access -VlanId $vlan
    }
}
