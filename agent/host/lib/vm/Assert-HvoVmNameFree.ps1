function Assert-HvoVmNameFree {
    <#
    .SYNOPSIS
        Fails with NameInUse if another VM of the host, or another role of its failover cluster, has the machine's name.
    .DESCRIPTION
        List is what Get-HvoVmList returned: a VM that cannot be opened has a name all the same.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $List
    )
    $name = [string]$Context.Fields.vm_name
    $other = @($List.Vms | Where-Object { $_.Name -eq $name -and (Get-HvoVmMark -Vm $_).MachineUid -cne $Context.Run.machine_uid })
    if ($other.Count) {
        Stop-HvoLaunch -Code NameInUse -Message ("Another VM with the name $name exists on this host: " +
            "$(ConvertTo-HvoGuid $other[0].Id).")
    }
    $other = @($List.Problems | Where-Object { $_.Name -eq $name })
    if ($other.Count) {
        Stop-HvoLaunch -Code NameInUse -Message ("A VM with the name $name, $($other[0].VmId), exists on this host and cannot be opened: " +
            "$($other[0].Message).")
    }
    if ($null -eq (Get-HvoClusterName)) { return }
    $role = @(Get-ClusterGroup | Where-Object { [string]$_.GroupType -eq 'VirtualMachine' -and $_.Name -eq $name })
    if (-not $role.Count) { return }
    $own = $null
    if ($Context.Journal.vm_id) { $own = Get-HvoClusterRole -VmId $Context.Journal.vm_id }
    if ($null -ne $own -and $own.Name -eq $name) { return }
    Stop-HvoLaunch -Code NameInUse -Message ("The failover cluster has a role for another VM with the name $name, on node " +
        "$($role[0].OwnerNode.Name).")
}
