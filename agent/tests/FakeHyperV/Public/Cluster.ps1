function Get-Cluster {
    <#
    .SYNOPSIS
    Returns the failover cluster that the host is a node of.
    #>
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string] $Name)
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $cluster = Get-FakeCluster $PSCmdlet
        if ($null -eq $cluster) { return }
        [pscustomobject] @{ PSTypeName = 'Microsoft.FailoverClusters.PowerShell.Cluster'; Name = [string] $cluster.name }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Get-ClusterGroup {
    <#
    .SYNOPSIS
    Returns the roles of the cluster: all, those of a name, or that of a VM.
    #>
    [CmdletBinding(DefaultParameterSetName = 'InputObject')]
    param(
        [Parameter(ParameterSetName = 'InputObject', Position = 0)] [string[]] $Name,
        [Parameter(ParameterSetName = 'VMId', Mandatory)] [guid] $VMId
    )
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $cluster = Get-FakeCluster $PSCmdlet
        if ($null -eq $cluster) { return }
        $groups = @($cluster.groups)
        if ($PSBoundParameters.ContainsKey('VMId')) {
            $groups = @($groups | Where-Object { $_.vmId -eq "$VMId" })
            if ($groups.Count -eq 0) {
                Write-FakeError $PSCmdlet "The cluster group for the virtual machine with the id '$VMId' could not be found." 'Get-ClusterGroup' 'ObjectNotFound' $VMId
            }
        }
        foreach ($one in @($Name | Where-Object { $_ })) {
            if (@($groups | Where-Object { $_.name -like $one }).Count -eq 0) {
                Write-FakeError $PSCmdlet "An error occurred opening group '$one'. The specified group could not be found." 'Get-ClusterGroup' 'ObjectNotFound' $one
            }
        }
        if ($Name) { $groups = @($groups | Where-Object { $group = $_; @($Name | Where-Object { $group.name -like $_ }).Count -gt 0 }) }
        foreach ($group in $groups) { ConvertTo-FakeGroup $group }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Get-ClusterSharedVolume {
    <#
    .SYNOPSIS
    Returns the cluster shared volumes.
    #>
    [CmdletBinding()]
    param([Parameter(Position = 0)] [string[]] $Name)
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $cluster = Get-FakeCluster $PSCmdlet
        if ($null -eq $cluster) { return }
        $number = 0
        foreach ($path in @(Get-FakeSharedVolume $cluster)) {
            $number += 1
            $title = "Cluster Disk $number"
            if ($Name -and $title -notin $Name) { continue }
            [pscustomobject] @{
                PSTypeName = 'Microsoft.FailoverClusters.PowerShell.ClusterSharedVolume'; Name = $title; State = 'Online'
                SharedVolumeInfo = @([pscustomobject] @{ FriendlyVolumeName = $path.TrimEnd([System.IO.Path]::DirectorySeparatorChar) })
            }
        }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Add-ClusterVirtualMachineRole {
    <#
    .SYNOPSIS
    Makes a VM a role of the cluster; not in a network logon. A disk on no shared volume is worth a warning.
    #>
    [CmdletBinding(DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string] $VMName,
        [Parameter(ParameterSetName = 'VMId', Mandatory)] [guid] $VMId,
        [string] $Name
    )
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $cluster = Get-FakeCluster $PSCmdlet
        if ($null -eq $cluster) { return }
        $byId = $PSBoundParameters.ContainsKey('VMId')
        $records = @(Get-FakeRecord | Where-Object { ($byId -and $_.id -eq "$VMId") -or (-not $byId -and $_.name -eq $VMName) })
        $text = $null
        if ((Get-FakeLogon) -eq 'network') { $text = 'You do not have administrative privileges on the cluster. Access is denied' }
        elseif ($records.Count -eq 0) { $text = "The virtual machine '$VMName$(if ($byId) { $VMId })' was not found on the node." }
        elseif ($records.Count -gt 1) { $text = "There are multiple virtual machines named '$VMName' on the node." }
        elseif ($records[0].clustered) { $text = "The virtual machine '$($records[0].name)' is already configured for high availability." }
        if ($text) {
            Write-FakeError $PSCmdlet $text 'Add-ClusterVirtualMachineRole' 'InvalidOperation' $VMId
            return
        }
        $record = $records[0]
        $shared = @(Get-FakeSharedVolume $cluster)
        foreach ($disk in @($record.disks)) {
            if (@($shared | Where-Object { "$($disk.path)".StartsWith($_, [StringComparison]::OrdinalIgnoreCase) }).Count) { continue }
            $PSCmdlet.WriteWarning("There were issues while creating the clustered role that may prevent it from starting. Disk path '$($disk.path)' is not a path to storage in the cluster.")
        }
        $title = if ($Name) { $Name } else { [string] $record.name }
        $taken = @($cluster.groups | ForEach-Object { $_.name })
        $number = 1
        while ($title -in $taken) { $number += 1; $title = "$($record.name) $number" }
        $group = [pscustomobject] @{ name = $title; type = 'VirtualMachine'; vmId = $record.id; owner = (Get-FakeHostFact).name; state = 'Online' }
        $cluster.groups = @($cluster.groups) + $group
        Write-FakeFile 'cluster.json' $cluster
        $record.clustered = $true
        Save-FakeRecord $record
        Add-FakeLedger 'Add-ClusterVirtualMachineRole' $record
        ConvertTo-FakeGroup $group
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Remove-ClusterGroup {
    <#
    .SYNOPSIS
    Removes a role from the cluster; its VM stays. A role that has resources goes only with them.
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'InputObject')]
    param(
        [Parameter(ParameterSetName = 'InputObject', Position = 0, Mandatory)] [string] $Name,
        [Parameter(ParameterSetName = 'VMId', Mandatory)] [guid] $VMId,
        [switch] $RemoveResources,
        [switch] $Force
    )
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $cluster = Get-FakeCluster $PSCmdlet
        if ($null -eq $cluster) { return }
        $byId = $PSBoundParameters.ContainsKey('VMId')
        $found = @($cluster.groups | Where-Object { ($byId -and $_.vmId -eq "$VMId") -or (-not $byId -and $_.name -eq $Name) })
        $text = $null
        if ($found.Count -eq 0) { $text = "The cluster group '$Name$(if ($byId) { $VMId })' could not be found." }
        elseif (-not $RemoveResources) { $text = "The cluster group '$($found[0].name)' could not be removed because it contains resources." }
        if ($text) {
            Write-FakeError $PSCmdlet $text 'Remove-ClusterGroup' 'ObjectNotFound' $Name
            return
        }
        if (-not ($Force -or $PSCmdlet.ShouldProcess($found[0].name, 'Remove-ClusterGroup'))) { return }
        $cluster.groups = @($cluster.groups | Where-Object { $_.name -ne $found[0].name })
        Write-FakeFile 'cluster.json' $cluster
        $record = Get-FakeRecord | Where-Object { $_.id -eq $found[0].vmId }
        if ($null -ne $record) {
            $record.clustered = $false
            Save-FakeRecord $record
        }
        Add-FakeLedger 'Remove-ClusterGroup' $record @{ Group = $found[0].name }
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}
