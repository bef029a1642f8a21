function Get-HvoComputerName {
    <#
    .SYNOPSIS
        Returns the host's name in its failover cluster.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    return [string](Get-VMHost).ComputerName
}
