function Get-HvoPreflight {
    <#
    .SYNOPSIS
        Returns the lines of the host's preflight: the host's time, then the rows of every check.
    .OUTPUTS
        Ordered dictionaries.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [object] $Job,
        [Parameter(Mandatory = $true)] [string] $AgentFolder
    )
    [ordered]@{ type = 'preflight'; at = Get-HvoTimestamp }
    $paths = Get-HvoProperty $Job.host 'paths'
    $target = @{
        AgentFolder = $AgentFolder; AgentRoot = Get-HvoAgentRoot -AgentFolder $AgentFolder
        ImageFolder = [string](Get-HvoProperty $paths 'images'); MachineFolder = [string](Get-HvoProperty $paths 'machines')
        Switch = [string](Get-HvoProperty $Job.host 'virtual_switch'); Clone = [string](Get-HvoProperty $Job.host 'clone' -Default 'Copy')
        Cluster = [string](Get-HvoProperty $Job.host 'failover_cluster')
        Runs = [int](Get-HvoProperty $Job 'max_concurrent_runs' -Default 4)
    }
    Invoke-HvoCheck -Id LanguageMode -Check { Get-HvoLanguageCheck }
    Invoke-HvoCheck -Id PowerShellVersion -Check { Get-HvoPowerShellCheck }
    Invoke-HvoCheck -Id ExecutionPolicy -Check { Get-HvoExecutionPolicyCheck }
    Invoke-HvoCheck -Id HyperVModule -Check { Get-HvoModuleCheck }
    Invoke-HvoCheck -Id ManagementService -Check { Get-HvoServiceCheck }
    Invoke-HvoCheck -Id WinRMListener -Check { Get-HvoListenerCheck }
    Invoke-HvoCheck -Id WinRMQuota -Check { Get-HvoQuotaCheck -Runs $target.Runs }
    Invoke-HvoCheck -Id AgentFolder -Subject $target.AgentRoot -Check { Get-HvoFolderCheck -Id AgentFolder -Path $target.AgentRoot }
    Invoke-HvoCheck -Id ImageFolder -Subject $target.ImageFolder -Check {
        Get-HvoFolderCheck -Id ImageFolder -Path $target.ImageFolder -AgentRoot $target.AgentRoot
    }
    Invoke-HvoCheck -Id MachineFolder -Subject $target.MachineFolder -Check {
        Get-HvoFolderCheck -Id MachineFolder -Path $target.MachineFolder -AgentRoot $target.AgentRoot
    }
    Invoke-HvoCheck -Id FileSystem -Subject $target.MachineFolder -Check { Get-HvoFileSystemCheck -Target $target }
    Invoke-HvoCheck -Id FreeSpace -Subject $target.MachineFolder -Check { Get-HvoSpaceCheck -Target $target }
    Invoke-HvoCheck -Id FreeMemory -Check { Get-HvoMemoryCheck }
    Invoke-HvoCheck -Id Antivirus -Check { Get-HvoAntivirusCheck -Paths $target.ImageFolder, $target.MachineFolder }
    Invoke-HvoCheck -Id ProvisioningIso -Check { Get-HvoIsoCheck -AgentFolder $target.AgentFolder }
    Invoke-HvoCheck -Id Image -Subject $target.ImageFolder -Check {
        Get-HvoImageCheck -Images $target.ImageFolder -Machines $target.MachineFolder
    }
    Invoke-HvoCheck -Id VirtualSwitch -Subject $target.Switch -Check { Get-HvoSwitchCheck -Name $target.Switch }
    Invoke-HvoCheck -Id SwitchVlan -Subject $target.Switch -Check { Get-HvoVlanCheck -Name $target.Switch }
    Invoke-HvoCheck -Id FailoverCluster -Subject $target.Cluster -Check { Get-HvoClusterCheck -Name $target.Cluster }
    Invoke-HvoCheck -Id ClusterStorage -Subject $target.MachineFolder -Check { Get-HvoClusterStorageCheck -Target $target }
    Invoke-HvoCheck -Id ClusterRole -Check { Get-HvoClusterRoleCheck -Name $target.Cluster }
}
