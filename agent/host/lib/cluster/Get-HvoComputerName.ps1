function Get-HvoComputerName {
    <#
    .SYNOPSIS
        Returns the name of this host, as its failover cluster knows it.
    #>
    return [string](Get-VMHost).ComputerName
}
