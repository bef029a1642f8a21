function Get-HvoClusterName {
    <#
    .SYNOPSIS
        Returns the name of the failover cluster that this host is a node of, or null if none answers.
    .DESCRIPTION
        Fails with AccessDenied if the cluster refuses the account: then it is not known which roles there are.
    .OUTPUTS
        String, or null.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    # Get-Cluster is also a command of VMware PowerCLI.
    if (-not (Get-Command -Name 'Get-ClusterGroup' -ErrorAction SilentlyContinue)) { return $null }
    try {
        return [string](Get-Cluster -ErrorAction Stop).Name
    } catch {
        if (-not (Test-HvoErrorDenied $_)) { return $null }
        Stop-HvoLaunch -Code AccessDenied -Message "The failover cluster refuses the account of this session: $(Format-HvoError $_)."
    }
}
