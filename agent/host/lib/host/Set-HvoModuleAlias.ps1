function Set-HvoModuleAlias {
    <#
    .SYNOPSIS
        Binds the commands of Hyper-V and of the failover cluster to their modules, by aliases in the caller's scope.
    .DESCRIPTION
        VMware PowerCLI and Virtual Machine Manager have commands of the same names, and which of them a name finds depends on
        what is installed and on what was loaded last. An alias precedes functions and cmdlets of any module. Of a module that is
        not installed no command is bound.
    #>
    [CmdletBinding()]
    param()
    $commands = @{
        'Hyper-V' = @(
            'Add-VMDvdDrive', 'Add-VMHardDiskDrive', 'Connect-VMNetworkAdapter', 'Get-VHD', 'Get-VM', 'Get-VMDvdDrive',
            'Get-VMFirmware', 'Get-VMHardDiskDrive', 'Get-VMHost', 'Get-VMIntegrationService', 'Get-VMNetworkAdapter',
            'Get-VMNetworkAdapterVlan', 'Get-VMSwitch', 'New-VHD', 'New-VM', 'Remove-VM', 'Remove-VMDvdDrive',
            'Remove-VMHardDiskDrive', 'Remove-VMSavedState',
            'Rename-VM', 'Resume-VM', 'Set-VM', 'Set-VMDvdDrive', 'Set-VMFirmware', 'Set-VMMemory', 'Set-VMNetworkAdapter',
            'Set-VMNetworkAdapterVlan', 'Set-VMProcessor', 'Start-VM', 'Stop-VM'
        )
        'FailoverClusters' = @(
            'Add-ClusterVirtualMachineRole', 'Get-Cluster', 'Get-ClusterGroup', 'Get-ClusterSharedVolume', 'Remove-ClusterGroup'
        )
    }
    foreach ($module in $commands.Keys) {
        if (-not (Get-Module -Name $module)) { Import-Module -Name $module -ErrorAction SilentlyContinue }
        if (-not (Get-Module -Name $module)) { continue }
        # Scope 1 is the caller's: what it calls finds the aliases too, and they go with it.
        foreach ($name in $commands[$module]) { Set-Alias -Name $name -Value "$module\$name" -Scope 1 }
    }
}
