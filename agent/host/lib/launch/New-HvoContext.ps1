function New-HvoContext {
    <#
    .SYNOPSIS
        Returns the state that all steps of a launch share.
    .DESCRIPTION
        Fails with HostIdentityChanged on another host than the job's, with PathNotAllowed for a folder outside the allowed
        roots, and for images among machines or the reverse.
    .OUTPUTS
        Hashtable. Fixed: Job, SchemaId, Run, Fields, AgentFolder, AgentRoot, Images, Machines, Folder and the paths of the
        files in it, MachineFolders (of an inventory), Secrets. Set by steps: Journal, Tombstone, RemovedBefore, Lock, Vm, System,
        OsFamily, Sealed, StepMessage, Purged, Power, KnownIds, Detached.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [object] $Job,
        [Parameter(Mandatory = $true)] [string] $AgentFolder,
        [Parameter()] [hashtable] $Secrets = @{}
    )
    Assert-HvoHostIdentity -Job $Job
    $agentRoot = Get-HvoAgentRoot -AgentFolder $AgentFolder
    $roots = Read-HvoAllowedRoot -AgentRoot $agentRoot
    $paths = Get-HvoProperty $Job.host 'paths'
    $images = Resolve-HvoAllowedPath -Path (Get-HvoProperty $paths 'images') -Roots $roots.images -What 'images'
    $machines = Resolve-HvoAllowedPath -Path (Get-HvoProperty $paths 'machines') -Roots $roots.machines -What 'machines'
    $folders = [string[]]@(Resolve-HvoMachineFolder -Job $Job -Machines $machines -Roots $roots.machines)
    foreach ($one in $folders) { Assert-HvoSeparateFolder -Images $images -Machines $one -Where 'the job' }
    if ($images -cmatch '(^|[\\/])[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}([\\/]|$)') {
        Stop-HvoLaunch -Code PathNotAllowed -Message "$images, the folder of images, is the folder of a machine or in it."
    }
    $run = Get-HvoProperty $Job 'run'
    $folder = if ($null -ne $run) { Join-Path $machines $run.machine_uid } else { $machines }
    return @{
        Job = $Job; SchemaId = [string]$Job.schema.id; Run = $run; Fields = Get-HvoProperty $Job 'fields'
        AgentFolder = $AgentFolder; AgentRoot = $agentRoot; Images = $images; Machines = $machines
        MachineFolders = $folders; Folder = $folder
        DiskPath = Join-Path $folder 'disk.vhdx'; IsoPath = Join-Path $folder 'provisioning.iso'
        JournalPath = Join-Path $folder 'journal.json'; LockPath = Join-Path $folder 'lock'
        Journal = $null; Tombstone = $null; RemovedBefore = $false; Vm = $null; System = $null; OsFamily = $null
        Secrets = $Secrets; Sealed = $null; StepMessage = ''; Purged = $false; Power = $null; KnownIds = @(); Detached = @(); Lock = $null
    }
}
