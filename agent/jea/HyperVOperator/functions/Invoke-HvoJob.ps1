function Invoke-HvoJob {
    <#
    .SYNOPSIS
    Runs one job of the operator with the agent on this host.
    .DESCRIPTION
    The only command of the endpoint. The job names its schema, and that decides which of the agent's four scripts runs;
    where the agent is was fixed when the endpoint was registered, and nothing in the job changes it. Records and outcome
    are the script's own.
    .PARAMETER Job
    The job: JSON in UTF-8, base64. It holds no secret: what is for the guest is sealed to the guest's key.
    .EXAMPLE
    $job | Invoke-HvoJob
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, ValueFromPipeline = $true)]
        [ValidateLength(1, 1048576)] [ValidatePattern('\A[A-Za-z0-9+/]+={0,2}\z')]
        [string] $Job
    )
    process {
        $found = Get-HvoJobScript -Job $Job
        if ($found.Outcome) { return $found.Outcome }
        # The endpoint loads no module by itself. What is loaded here stays invisible to whoever is connected; the last is on
        # nodes of failover clusters alone.
        Import-Module -Name 'CimCmdlets', 'Hyper-V', 'FailoverClusters' -ErrorAction Ignore
        $Job | & $found.Path
    }
}
